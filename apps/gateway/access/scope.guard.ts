/** Every route names the scope that a key must have; one that names none wants `admin`, so that nothing is open by
 * oversight. What needs `admin` is done only once the audit trail has it. */
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
import { AppError, systemClock } from '#kernel';
import { AuditTrail, type AuditAction, type LogTopology } from '#log';
import type { UserKeys } from '#privacy';
import { isOpen } from '../http/open-routes.js';
import { KEYS, TOPOLOGY } from '../tokens.js';
import { AccessGate } from './access-gate.js';
import { allows, type Scope } from './api-keys.js';

const SCOPE = 'rekappa:scope';

export const Requires = (scope: Scope): CustomDecorator => SetMetadata(SCOPE, scope);

@Injectable()
export class ScopeGuard implements CanActivate {
  private readonly trail: AuditTrail;

  constructor(
    @Inject(AccessGate) private readonly gate: AccessGate,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(TOPOLOGY) topology: LogTopology,
    @Inject(KEYS) private readonly keys: UserKeys | undefined,
  ) {
    this.trail = new AuditTrail(topology.audit, systemClock);
  }

  /** @throws AppError REK_UNAUTHENTICATED, REK_FORBIDDEN; REK_LOG_UNAVAILABLE when the audit trail cannot take what needs `admin` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http' || !this.gate.required) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (isOpen(request)) return true;
    const scope = this.reflector.get<Scope | undefined>(SCOPE, context.getHandler()) ?? 'admin';
    const key = this.gate.callerOf(request.raw);
    if (!key) throw new AppError('REK_UNAUTHENTICATED');
    if (!allows(key, scope))
      throw new AppError('REK_FORBIDDEN', `key "${key.name}" lacks the scope "${scope}"`);
    if (scope === 'admin') await this.trail.record(this.auditOf(request, key.name));
    return true;
  }

  /** The trail is never erased: where users can be, it holds their references (docs/privacy.md). */
  private auditOf(request: FastifyRequest, actor: string): AuditAction {
    const route = request.routeOptions.url ?? '';
    const { id } = request.params as { id?: string };
    const personal = route.startsWith('/v1/users/') && id !== undefined && this.keys;
    const target = personal ? route.replace(':id', `~${personal.referenceOf(id)}`) : request.url;
    return { actor, action: `${request.method} ${route}`, target };
  }
}
