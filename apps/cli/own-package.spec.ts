import { readFileSync } from 'node:fs';
import { isSupportedNode, NODE_MINIMUM } from './own-package.js';

describe('the oldest Node that will do', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };

  it('is the one that package.json names, which README says and the start reads', () => {
    expect(engines.node).toBe(`>=${NODE_MINIMUM}`);
    expect(NODE_MINIMUM).toMatch(/^\d+\.\d+$/);
    expect(readFileSync('README.md', 'utf8')).toContain(`You need Node ${NODE_MINIMUM} or newer`);
    expect(readFileSync('scripts/ensure-ready.mjs', 'utf8')).toContain('engines.node');
  });

  it('is compared by numbers', () => {
    const [major, minor] = NODE_MINIMUM.split('.').map(Number) as [number, number];
    expect(isSupportedNode(`${major}.${minor}.0`)).toBe(true);
    expect(isSupportedNode(`${major}.${minor - 1}.9`)).toBe(false);
    expect(isSupportedNode(`${major}.${minor * 10}.0`)).toBe(true);
    expect(isSupportedNode(`${major + 1}.0.0`)).toBe(true);
    expect(isSupportedNode(`${major - 1}.99.0`)).toBe(false);
  });
});
