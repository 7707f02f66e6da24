/**
 * Which failed test files may be run once more (`npm test -- --retry-failed`). Not those that search for what breaks a promise
 * (chaos, fuzz, properties): time and chance are what they test with, so one failure is a finding, whatever comes after it.
 */
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const SEARCHES = [join('test', 'chaos') + sep, join('test', 'fuzz') + sep];
/** Whoever has it makes up inputs of its own. */
const PROPERTIES = /from 'fast-check'/;

/** @param path of a test file, absolute */
export function mayRunAgain(root, path) {
  const place = relative(root, path);
  if (SEARCHES.some((folder) => place.startsWith(folder))) return false;
  return !PROPERTIES.test(readFileSync(path, 'utf8'));
}
