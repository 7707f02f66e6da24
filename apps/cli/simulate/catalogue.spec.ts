import { itemFieldsSchema } from '#events';
import { demoCatalogue } from './catalogue.js';

describe('the demo shop', () => {
  const items = demoCatalogue();

  it('has some 500 items with ids of their own, all valid', () => {
    expect(items.length).toBeGreaterThan(480);
    expect(new Set(items.map((i) => i.id)).size).toBe(items.length);
    for (const { id: _, ...fields } of items) expect(itemFieldsSchema.safeParse(fields).success).toBe(true);
    for (const item of items) expect(item.price).toBeGreaterThan(3);
  });

  it('is the same every time', () => {
    expect(demoCatalogue()).toEqual(items);
  });
});
