import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderBlocks } from '../../extension/src/webview/markdown';

const html = (text: string): string => renderBlocks(text).join('');

test('HTML of the model is shown, not run', () => {
  const rendered = html('<img src=x onerror=alert(1)> <script>alert(1)</script>\n\n<b>bold</b>');

  assert.doesNotMatch(rendered, /<(img|script|b)\b/);
  assert.match(rendered, /&lt;script&gt;/);
});

test('links lead to http and https only', () => {
  const links = html(
    '[a](https://example.org) [b](command:evil) [c](javascript:alert(1)) [d](file:///etc/passwd) [e](data:text/html,x)',
  );

  assert.deepEqual(
    [...links.matchAll(/href="([^"]*)"/g)].map(([, href]) => href),
    ['https://example.org'],
  );
});

test('images are not loaded', () => {
  assert.doesNotMatch(html('![x](https://example.org/pixel.png)'), /<img/);
});

test('code is escaped and highlighted, and its language is named', () => {
  const rendered = html('```python\ndef f(x): return "<b>"\n```');

  assert.match(rendered, /<figcaption>python<\/figcaption>/);
  assert.match(rendered, /hljs-keyword/);
  assert.doesNotMatch(rendered, /<b>/);
});

test('a language name cannot break out of its label', () => {
  assert.doesNotMatch(html('```"><script>\nx\n```'), /<script>/);
});

test('an unclosed fence is code to the end', () => {
  const blocks = renderBlocks('Text\n\n```py\nx = 1\n\ny = 2');

  assert.equal(blocks.length, 2);
  assert.match(blocks[1] ?? '', /code-block/);
});

test('a growing answer changes only its last block', () => {
  const before = renderBlocks('# Title\n\nFirst.\n\n- one');
  const after = renderBlocks('# Title\n\nFirst.\n\n- one\n- two');

  assert.deepEqual(after.slice(0, 2), before.slice(0, 2));
  assert.notEqual(after[2], before[2]);
});
