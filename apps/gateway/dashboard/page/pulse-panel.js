/** The life of an event, stage by stage, and the partitions with their owners. */
import { element, find, write } from './elements.js';
import { duration, plural, rate, short, tiny, whole } from './format.js';
import { LineChart } from './line-chart.js';
import { sum, Totals } from './totals.js';

/** Rates are those of the last seconds: less flickers, more hides what happens. */
const RATE_MS = 5_000;
/** Colours for hosts; with more hosts they come again, and the names tell them apart. */
const HOST_COLOURS = 6;
/** A partition this far behind is worth a look, log entries. */
const LAG_SEEN = 1_000;

const STAGES = [
  ['taken', 'Taken in', 'events/s', rate],
  ['log', 'Log', 'position', short],
  ['hosts', 'Hosts', 'entries behind', short],
  ['learner', 'Learner', 'samples', short],
  ['model', 'Model at the hosts', 'old', duration],
  ['lists', 'Lists', 'served/s', rate],
];

export class PulsePanel {
  #accepted = new Totals();
  #log = new Totals();
  #listed = new Totals();
  #stages = new Map();
  #panel = find('#pulse');

  constructor() {
    for (const [name, title, unit, format] of STAGES) {
      const chart = new LineChart({
        title,
        lines: [{ name, title: unit }],
        format,
        least: name === 'model' ? 100 : 1,
      });
      const big = element('strong');
      const notes = element('p', { class: 'notes' });
      find('.stages', this.#panel).append(
        element(
          'li',
          { class: `stage ${name}` },
          element('h3', {}, title),
          element('p', { class: 'big' }, big, ' ', element('span', { class: 'unit' }, unit)),
          notes,
          chart.node,
        ),
      );
      this.#stages.set(name, { chart, big, notes, format });
    }
  }

  show(status) {
    const { at, gateway, log, hosts, learner } = status;
    this.#accepted.note(gateway.startedAt, at, gateway.acceptedEvents);
    this.#listed.note(gateway.startedAt, at, gateway.recommendations);
    if (log) this.#log.note('log', at, log);
    if (learner) this.#log.note('learner', at, { samples: learner.samples });
    const accepted = this.#accepted.grown(RATE_MS)?.perSecond;
    const grown = this.#log.grown(RATE_MS)?.perSecond;
    const listed = this.#listed.grown(RATE_MS)?.perSecond;
    const partitions = hosts.flatMap((host) => host.partitions);
    const lag = partitions.length > 0 ? Math.max(...partitions.map(({ lagEvents }) => lagEvents)) : undefined;
    const age = hosts.length > 0 ? Math.max(...hosts.map(({ modelAgeMs }) => modelAgeMs)) : undefined;
    this.#stage('taken', at, accepted && sum(accepted), [
      `${short(sum(gateway.acceptedEvents))} since its start`,
      gateway.rejectedEvents > 0 ? `${short(gateway.rejectedEvents)} refused` : 'none refused',
    ]);
    this.#stage('log', at, log?.head, [
      `${signedRate(grown?.head)} entries a second`,
      log?.dead > 0 ? { warn: plural(log.dead, 'dead letter') } : log && 'no dead letters',
    ]);
    this.#stage('hosts', at, lag, [
      `${plural(hosts.length, 'host')}, ${status.partitions - status.unowned.length} of ${status.partitions} partitions`,
      `${plural(
        partitions.reduce((users, each) => users + each.users, 0),
        'user',
      )} in memory`,
    ]);
    this.#stage('learner', at, learner?.samples, [
      `${signedRate(grown?.samples)} a second`,
      learner && log && `${whole(Math.max(0, log.feedbackHead - learner.sequence))} messages behind`,
      learner &&
        (learner.snapshotAt === null
          ? 'no snapshot yet'
          : `snapshot ${duration(at - learner.snapshotAt)} old`),
    ]);
    this.#stage('model', at, age, [
      hosts[0]?.modelVersion,
      hosts.length > 0 && log
        ? `${whole(Math.max(...hosts.map(({ modelSequence }) => Math.max(0, log.feedbackHead - modelSequence))))} messages behind`
        : undefined,
    ]);
    this.#stage('lists', at, listed && sum(listed), [
      `${short(sum(gateway.recommendations))} since its start`,
    ]);
    this.#owners(status);
  }

  #stage(name, at, value, notes) {
    const stage = this.#stages.get(name);
    write(stage.big, value === undefined ? '–' : stage.format(value));
    stage.notes.replaceChildren(
      ...notes
        .filter((note) => note)
        .map((note) => element('span', note.warn ? { class: 'warn' } : {}, note.warn ?? note)),
    );
    stage.chart.push(at, { [name]: value });
  }

  #owners({ hosts, partitions, unowned, missing }) {
    // A host that does not answer may own them still.
    const noOwner = missing.some(({ part }) => part === 'hosts') ? 'silent' : 'nobody';
    const owners = new Map(
      hosts.flatMap((host, i) => host.partitions.map((each) => [each.partition, { host, i, ...each }])),
    );
    find('.owners', this.#panel).replaceChildren(
      ...hosts.map((host, i) =>
        element(
          'li',
          { class: `host-${i % HOST_COLOURS}` },
          `${host.hostId}: ${plural(host.partitions.length, 'partition')}, ${plural(host.items, 'item')}`,
        ),
      ),
      ...(unowned.length > 0
        ? [element('li', { class: 'nobody' }, `${noOwner}: ${plural(unowned.length, 'partition')}`)]
        : []),
    );
    find('.partitions', this.#panel).replaceChildren(
      ...Array.from({ length: partitions }, (_, partition) =>
        cellOf(partition, owners.get(partition), noOwner),
      ),
    );
  }
}

function cellOf(partition, owner, noOwner) {
  if (!owner)
    return element(
      'li',
      { class: 'nobody', title: `partition ${partition}: ${noOwner}` },
      element('b', {}, String(partition)),
      noOwner,
    );
  const { host, i, epoch, phase, position, lagEvents, users } = owner;
  return element(
    'li',
    {
      class: `host-${i % HOST_COLOURS}${lagEvents > LAG_SEEN ? ' late' : ''}`,
      title: `partition ${partition}: ${host.hostId}, epoch ${epoch}, ${phase}, at ${whole(position)}, ${whole(lagEvents)} behind, ${plural(users, 'user')}`,
    },
    element('b', {}, String(partition)),
    lagEvents === 0 ? '✓' : `−${tiny(lagEvents)}`,
  );
}

const signedRate = (perSecond) => (perSecond === undefined ? '–' : `+${rate(perSecond)}`);
