/** How a namespace enters names, so that several applications share one deployment without meeting. */

/** Prefix of every subject of a namespace: '' or `acme.`; for RPC subjects too. */
export function subjectPrefix(namespace: string): string {
  return namespace === 'default' ? '' : `${namespace}.`;
}

/** Name of a stream or bucket in a namespace: `acme_REKAPPA_LOG`. */
export function qualifiedName(namespace: string, name: string): string {
  return namespace === 'default' ? name : `${namespace}_${name}`;
}
