/**
 * initdb takes over a second; copying its result takes a fraction. The template is made once in the machine's
 * temporary folder, by whichever test process comes first.
 */
import { cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { initialisePostgres } from '#embedded';

/** Changes with the major version of the binaries or with how a data folder is made. */
const TEMPLATE_VERSION = 'pg18-1';

export async function copyPostgresTemplate(folder: string): Promise<void> {
  const template = join(tmpdir(), `rekappa-template-${TEMPLATE_VERSION}-${userInfo().uid}`);
  if (!existsSync(template)) await makeTemplate(template);
  await mkdir(folder, { recursive: true });
  for (const entry of await readdir(template)) {
    await cp(join(template, entry), join(folder, entry), { recursive: true, preserveTimestamps: false });
  }
}

async function makeTemplate(template: string): Promise<void> {
  const work = await mkdtemp(`${template}-`);
  try {
    await initialisePostgres(work);
    await rename(work, template);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    if (!existsSync(template)) throw error; // else another process was quicker
  }
}
