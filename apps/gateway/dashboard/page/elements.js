/** Elements from data. Text becomes text nodes only: no id or title is ever read as markup. */
const SVG = 'http://www.w3.org/2000/svg';

/** @param attributes set as they are; `on…` functions listen. @param children elements, texts; undefined is left out */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

/** The one element of the page that matches. */
export function find(selector, within = document) {
  const found = within.querySelector(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

/** Writes only what changed: a selection, or a reader, is not disturbed every second. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A share from 0 to 1 as the length of a bar. */
export function bar(share) {
  const node = element('span', { class: 'bar', 'aria-hidden': 'true' });
  node.style.setProperty('--share', String(Math.max(0, Math.min(1, share))));
  return node;
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.filter((child) => child !== undefined));
  return node;
}
