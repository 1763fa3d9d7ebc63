// A text area as tall as its text, within the limits of its style sheet.

/** Keep `area` in step with its text; dispatch `resize` on it after setting its value. */
export function growing(area: HTMLTextAreaElement): HTMLTextAreaElement {
  const grow = (): void => {
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
  };
  area.addEventListener('input', grow);
  area.addEventListener('resize', grow);
  let width = 0;
  const wrapAnew = (): void => {
    if (area.clientWidth === width) return;
    width = area.clientWidth;
    grow();
  };
  new ResizeObserver(wrapAnew).observe(area);
  return area;
}
