/** Every route names the scope that a key must have; one that names none wants `admin`, so that nothing is open by oversight. */
import {
  Inject,
  Injectable,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
  type CustomDecorator,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AppError } from '#kernel';
import { AccessGate } from './access-gate.js';
import { allows, type Scope } from './api-keys.js';

const SCOPE = 'rekappa:scope';

export const Requires = (scope: Scope): CustomDecorator => SetMetadata(SCOPE, scope);

@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(
    @Inject(AccessGate) private readonly gate: AccessGate,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  /** @throws AppError REK_FORBIDDEN */
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http' || !this.gate.required) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!request.url.startsWith('/v1/')) return true;
    const scope = this.reflector.get<Scope | undefined>(SCOPE, context.getHandler()) ?? 'admin';
    const key = this.gate.callerOf(request.raw);
    if (key && allows(key, scope)) return true;
    throw new AppError('REK_FORBIDDEN', `key "${key?.name}" lacks the scope "${scope}"`);
  }
}
