/**
 * Somebody's list, what is known about them, and what one press changes. A press is what an application would send: the impression of the
 * list that was looked at, and the deed; the next list asks for `after` it. Looking alone sends nothing.
 */
import { bar, element, find, write } from './elements.js';
import { decimals, milliseconds, percent } from './format.js';
import { gateway } from './gateway.js';

const LIST_LENGTH = 8;
const INTERESTS_SHOWN = 5;
const REASONS_SHOWN = 3;
const DIMENSIONS = [
  ['category', 'Categories'],
  ['tag', 'Tags'],
  ['brand', 'Brands'],
  ['price', 'Prices'],
];

export class TryPanel {
  #panel = find('#try');
  #form = find('form', this.#panel);
  #outcome = find('.outcome', this.#panel);
  #list = find('.list', this.#panel);
  #interests = find('.interests', this.#panel);
  #user = '';
  #shown;
  /** Of the interests last shown, by dimension and label. */
  #liked = new Map();
  #busy = false;

  constructor() {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#work(() => this.#look());
    });
  }

  async #look() {
    this.#user = this.#form.elements.user.value;
    this.#liked.clear();
    this.#showList(await this.#recommend(), undefined);
    this.#outcome.replaceChildren();
    await this.#showInterests();
  }

  async #press(item) {
    const before = this.#shown;
    const type = this.#form.elements.type.value;
    const startedAt = performance.now();
    const { seq, rejected } = await gateway.ask('v1/events', deeds(this.#user, before, item, type));
    if (rejected.length > 0) throw new Error(rejected[0].message);
    const storedAt = performance.now();
    const next = await this.#recommend(seq);
    const changedAt = performance.now();
    this.#showList(next, before);
    this.#showOutcome(item, type, next, storedAt - startedAt, changedAt - storedAt);
    await this.#showInterests(seq);
  }

  #recommend(after) {
    const query = new URLSearchParams({ user: this.#user, n: String(LIST_LENGTH) });
    if (after !== undefined) query.set('after', String(after));
    return gateway.ask(`v1/recommendations?${query}`);
  }

  /** One thing at a time: what is shown is always the answer to the last press. */
  async #work(task) {
    if (this.#busy) return;
    this.#busy = true;
    this.#panel.setAttribute('aria-busy', 'true');
    try {
      await task();
    } catch (error) {
      this.#outcome.replaceChildren(element('p', { class: 'problem' }, error.message));
    } finally {
      this.#busy = false;
      this.#panel.removeAttribute('aria-busy');
    }
  }

  #showList(list, before) {
    this.#shown = list;
    const places = new Map(before?.items.map(({ itemId, position }) => [itemId, position]));
    this.#list.replaceChildren(
      ...list.items.map((item) =>
        element('li', {}, this.#card(item, before && moveOf(places.get(item.itemId), item.position))),
      ),
    );
    if (list.items.length === 0)
      this.#list.append(
        element('li', { class: 'muted' }, 'An empty list: the catalogue has nothing to show yet.'),
      );
  }

  #card(item, move) {
    const { itemId, title, score, channel, reasons, position } = item;
    const strongest = Math.max(1e-9, ...reasons.map(({ contribution }) => Math.abs(contribution)));
    return element(
      'button',
      {
        class: 'item',
        type: 'button',
        title: itemId,
        onclick: () => void this.#work(() => this.#press(item)),
      },
      element('span', { class: 'place' }, String(position)),
      element(
        'span',
        { class: 'what' },
        element('span', { class: 'title' }, title ?? itemId),
        element(
          'span',
          { class: 'reasons' },
          ...reasons.slice(0, REASONS_SHOWN).map(({ feature, contribution }) => {
            const weight = Math.abs(contribution) / strongest > 0.5 ? 'strong' : 'weak';
            return element(
              'span',
              { class: `reason ${weight} ${contribution < 0 ? 'against' : 'for'}` },
              feature,
            );
          }),
        ),
      ),
      element(
        'span',
        { class: 'score' },
        element('b', {}, percent(score)),
        element('span', { class: 'channel' }, channel),
      ),
      move && element('span', { class: `move ${move.kind}` }, move.text),
    );
  }

  #showOutcome(item, type, { after, degraded, items }, storedMs, listMs) {
    const note = degraded
      ? `A substitute: the user’s host did not answer (${degraded.reason}).`
      : after.reached
        ? `${items.filter(({ itemId }) => itemId === item.itemId).length === 0 ? 'It has left the list, and the rest was ranked anew.' : 'The list was ranked anew.'}`
        : 'The list came before the host had folded the event: ask again.';
    const read = after.reached && !degraded;
    this.#outcome.replaceChildren(
      element(
        'dl',
        read ? { class: 'read' } : {},
        ...[
          [`${type} stored`, storedMs],
          [read ? 'next list, which has read it' : 'next list, which has not', listMs],
          ['together, seen from here', storedMs + listMs],
        ].map(([name, ms]) =>
          element('div', {}, element('dd', {}, milliseconds(ms)), element('dt', {}, name)),
        ),
      ),
      element('p', {}, element('b', {}, item.title ?? item.itemId), `: ${note}`),
    );
  }

  /** What is known about a user wants the scope `admin`; without it the list is all there is. */
  async #showInterests(after) {
    let state;
    try {
      const query = after === undefined ? '' : `?after=${after}`;
      state = await gateway.ask(`v1/users/${encodeURIComponent(this.#user)}/state${query}`);
    } catch (refusal) {
      const why =
        refusal.status === 404 ? 'Nothing is known about them yet: press something.' : refusal.message;
      this.#interests.replaceChildren(
        element('h3', {}, 'What is known'),
        element('p', { class: 'muted' }, why),
      );
      return;
    }
    const groups = DIMENSIONS.map(([name, title]) => this.#group(name, title, state.interests[name] ?? []));
    const { counters, segment } = state;
    this.#interests.replaceChildren(
      element('h3', {}, 'What is known'),
      element(
        'p',
        { class: 'muted' },
        `Segment ${segment}; ${counters.impressions} lists seen, ${counters.interactions} deeds.`,
      ),
      ...groups.filter((group) => group !== undefined),
    );
  }

  #group(name, title, rows) {
    const liked = rows.filter(({ longTerm }) => longTerm !== 0).slice(0, INTERESTS_SHOWN);
    if (liked.length === 0) return undefined;
    const most = Math.max(...liked.map(({ longTerm }) => Math.abs(longTerm)));
    return element(
      'div',
      {},
      element('h4', {}, title),
      element(
        'ul',
        { class: 'bars' },
        ...liked.map(({ label, longTerm, shown, clicked }) => {
          const key = `${name}/${label}`;
          const more = longTerm - (this.#liked.get(key) ?? 0);
          const changed = this.#liked.size > 0 && Math.abs(more) > 0.05;
          this.#liked.set(key, longTerm);
          return element(
            'li',
            {
              class: `${changed ? 'changed' : ''} ${longTerm < 0 ? 'against' : ''}`,
              title: `shown ${decimals(shown, 1)}, clicked ${decimals(clicked, 1)}`,
            },
            element('span', { class: 'name' }, label),
            bar(Math.abs(longTerm) / most),
            element('span', { class: 'value' }, decimals(longTerm, 2)),
          );
        }),
      ),
    );
  }
}

/** What an application sends: what was seen, then what was done, in one request and in this order. */
function deeds(userId, { recommendationId, items }, { itemId }, type) {
  return [
    {
      kind: 'impression',
      // The same for each press on one list: it was seen once.
      eventId: `dashboard-seen-${recommendationId}`,
      userId,
      recommendationId,
      scenario: 'dashboard',
      items: items.map((item) => ({
        itemId: item.itemId,
        position: item.position,
        propensity: item.propensity,
      })),
    },
    { kind: 'interaction', type, eventId: `dashboard-${randomId()}`, userId, itemId, recommendationId },
  ];
}

/** `crypto.randomUUID` is for pages over TLS or on this machine; a gateway in a closed network may be neither. */
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

function moveOf(before, now) {
  if (before === undefined) return { kind: 'new', text: 'new' };
  if (before === now) return undefined;
  return before > now
    ? { kind: 'up', text: `▲ ${before - now}` }
    : { kind: 'down', text: `▼ ${now - before}` };
}
