/** The user actor, as the actor runtime sees it. */
import type { ActorKind } from '#actor';
import {
  createUser,
  decodeUser,
  encodeUser,
  packUser,
  squeezeUser,
  unpackUser,
  userBytes,
  type UserState,
} from '#interest';
import { asUserId } from '#kernel';

export const userKind: ActorKind<UserState> = {
  create: (id) => createUser(asUserId(id)),
  encode: encodeUser,
  decode: decodeUser,
  pack: packUser,
  squeeze: squeezeUser,
  unpack: unpackUser,
  bytes: userBytes,
};
