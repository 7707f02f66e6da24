/** Loaded into an app by `serving --profile`: SIGUSR2 starts the processor profiler, the next one writes what it saw. */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const session = new Session();
let running = false;

process.on('SIGUSR2', () => {
  running = !running;
  if (running) {
    session.connect();
    session.post('Profiler.enable', () => session.post('Profiler.start'));
    return;
  }
  session.post('Profiler.stop', (_, { profile }) => {
    writeFileSync(join(process.env['PROFILES'] ?? '.', `${process.pid}.cpuprofile`), JSON.stringify(profile));
    session.disconnect();
  });
});
