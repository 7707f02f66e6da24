/** The user actor, as the actor runtime sees it. */
import type { ActorKind } from '#actor';
import { createUser, decodeUser, encodeUser, userBytes, type UserState } from '#interest';
import { asUserId } from '#kernel';

export const userKind: ActorKind<UserState> = {
  create: (id) => createUser(asUserId(id)),
  encode: encodeUser,
  decode: decodeUser,
  bytes: userBytes,
};
