/**
 * Jest's environment for Node, with a plain global object. Jest's own stands behind interceptors and a proxy, through which every
 * `Math.exp` and `new Float64Array` of a test goes: 25 times the time, for tests that learn from a hundred thousand samples.
 */
import { constants, createContext } from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/** What Node and its tests must agree on, although a context brings its own. */
const SHARED = new Set(['Buffer', 'ArrayBuffer', 'Uint8Array']);
/** Names for the global object itself. */
const SELVES = new Set(['global', 'globalThis']);

export default class PlainEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const { projectConfig } = config;
    const plain = createContext(constants.DONT_CONTEXTIFY);
    for (const name of Reflect.ownKeys(this.global)) {
      if (SELVES.has(name) || (Object.hasOwn(plain, name) && !SHARED.has(name))) continue;
      Object.defineProperty(plain, name, Object.getOwnPropertyDescriptor(this.global, name));
    }
    plain.global = plain;
    for (const name of ['dispose', 'asyncDispose']) {
      const symbol = this.global.Symbol[name];
      if (symbol && !plain.Symbol[name]) Object.defineProperty(plain.Symbol, name, { value: symbol });
    }
    plain.Error.stackTraceLimit = this.global.Error.stackTraceLimit;
    this.context = plain;
    this.global = plain;
    this.moduleMocker = new this.moduleMocker.constructor(plain);
    this.fakeTimersModern.dispose();
    this.fakeTimersModern = new this.fakeTimersModern.constructor({ config: projectConfig, global: plain });
  }
}
