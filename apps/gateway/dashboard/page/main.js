/** The page's one loop: ask how the system stands, show it, wait. A page that nobody looks at asks nothing. */
import { element, find, write } from './elements.js';
import { ExperimentsPanel } from './experiments-panel.js';
import { duration } from './format.js';
import { gateway } from './gateway.js';
import { LearningPanel } from './learning-panel.js';
import { PulsePanel } from './pulse-panel.js';
import { ServingPanel } from './serving-panel.js';
import { TryPanel } from './try-panel.js';

/** The gateway looks no more often itself. */
const REFRESH_MS = 1_000;
/** After a refusal, ms. */
const RETRY_MS = 3_000;

const panels = [new PulsePanel(), new LearningPanel(), new ServingPanel()];
const experiments = new ExperimentsPanel();
const health = find('#health');
const missing = find('#missing');
const keyDialog = find('#key-dialog');
const forgetKey = find('#forget-key');
let timer;
let seenAt;
let asking = false;

new TryPanel();
keyDialog.addEventListener('cancel', (event) => event.preventDefault());
find('form', keyDialog).addEventListener('submit', (event) => {
  event.preventDefault();
  takeKey(event.target.elements.key);
});
forgetKey.addEventListener('click', () => {
  gateway.key = '';
  location.reload();
});
document.addEventListener('visibilitychange', () => void look());
void look();

async function look() {
  clearTimeout(timer);
  if (document.hidden || asking || keyDialog.open) return;
  asking = true;
  let waitMs = REFRESH_MS;
  try {
    const status = await gateway.ask('v1/status');
    seenAt = performance.now();
    show(status);
    await experiments.refresh();
  } catch (error) {
    waitMs = RETRY_MS;
    refused(error);
  } finally {
    asking = false;
    timer = setTimeout(() => void look(), waitMs);
  }
}

function show(status) {
  forgetKey.hidden = gateway.key === '';
  document.body.classList.remove('stale');
  for (const panel of panels) panel.show(status);
  write(find('#where'), status.namespace === 'default' ? '' : `namespace ${status.namespace}`);
  const problems = problemsOf(status);
  health.className = `pill ${problems.length === 0 ? 'good' : 'bad'}`;
  write(
    health,
    problems.length === 0
      ? 'live'
      : problems.length === 1
        ? 'one thing is wrong'
        : `${problems.length} things are wrong`,
  );
  missing.hidden = problems.length === 0;
  if (problems.join() !== [...missing.children].map((child) => child.textContent).join())
    missing.replaceChildren(...problems.map((problem) => element('li', {}, problem)));
}

function problemsOf({ missing: parts, unowned, partitions, gateway: { impaired }, log }) {
  const names = { log: 'The log', hosts: 'Actor hosts', learner: 'The learner' };
  return [
    ...parts.map(({ part, code, message }) => `${names[part]}: ${message} (${code}).`),
    ...(unowned.length > 0 && !parts.some(({ part }) => part === 'hosts')
      ? [`Nobody owns ${unowned.length} of ${partitions} partitions.`]
      : []),
    ...impaired.map((what) => `The gateway is without ${what}.`),
    ...(log?.dead > 0 ? [`${log.dead} dead letters: rekappa dead list says why.`] : []),
  ];
}

function refused({ status, message }) {
  if (status === undefined) throw new Error(message);
  if (status === 401 || status === 403) return askForKey(gateway.key === '' ? '' : message);
  document.body.classList.add('stale');
  health.className = 'pill bad';
  write(
    health,
    seenAt === undefined ? message : `${message}; last seen ${duration(performance.now() - seenAt)} ago`,
  );
}

function askForKey(problem) {
  write(find('.problem', keyDialog), problem);
  write(health, 'waiting for a key');
  if (!keyDialog.open) keyDialog.showModal();
}

/** A header takes visible ASCII only. */
function takeKey(input) {
  const key = input.value.trim();
  if (!/^[!-~]+$/.test(key))
    return write(find('.problem', keyDialog), 'A key has neither spaces nor letters beyond ASCII.');
  gateway.key = key;
  input.value = '';
  keyDialog.close();
  void look();
}
