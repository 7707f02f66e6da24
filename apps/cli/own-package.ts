/** What package.json says of this program: its version, and the oldest Node it runs on. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Package {
  readonly version: string;
  /** `>=20.19`: a major and a minor version. */
  readonly engines: { readonly node: string };
}

/** Above dist/ when built, above apps/ in tests. */
function packageFile(folder: string): string {
  const path = join(folder, 'package.json');
  return existsSync(path) ? path : packageFile(dirname(folder));
}

const own = JSON.parse(readFileSync(packageFile(dirname(fileURLToPath(import.meta.url))), 'utf8')) as Package;

export const VERSION = own.version;
export const NODE_MINIMUM = own.engines.node.replace('>=', '');

/** @param version such as 20.19.4 */
export function isSupportedNode(version: string): boolean {
  const [major, minor] = version.split('.').map(Number) as [number, number];
  const [wantedMajor, wantedMinor] = NODE_MINIMUM.split('.').map(Number) as [number, number];
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
