// The cart on the shop's page.

export interface Item {
  title: string;
  cents: number;
  quantity: number;
}

export function addItem(items: readonly Item[], item: Item): Item[] {
  const found = items.find((other) => other.title === item.title);
  if (!found) return [...items, item];
  return items.map((other) =>
    other === found ? { ...other, quantity: other.quantity + item.quantity } : other,
  );
}

export function formatPrice(cents: number, locale = 'en-GB', currency = 'EUR'): string {
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(cents / 100);
}

export class Cart {
  private items: Item[] = [];

  add(item: Item): void {
    this.items = addItem(this.items, item);
  }

  get total(): number {
    return this.items.reduce((sum, item) => sum + item.cents * item.quantity, 0);
  }
}
