/** The prototype of a class, typed with the private methods that a mutant replaces. */
export function inside<Methods>(type: { prototype: unknown }): Methods {
  return type.prototype as Methods;
}
