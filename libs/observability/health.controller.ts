/**
 * Probes. `live`: the process answers (restart it if not). `startup`: the first replay is done, with its
 * progress until then. `ready`: send traffic here. 200 or 503, always with a JSON body.
 */
import { Controller, Get, Inject, Res } from '@nestjs/common';
import { HealthState } from './health-state.js';

interface Reply {
  status(code: number): { send(body: unknown): void };
}

@Controller('health')
export class HealthController {
  constructor(@Inject(HealthState) private readonly health: HealthState) {}

  @Get('live')
  live(): { status: string; uptimeSeconds: number } {
    return { status: 'live', uptimeSeconds: Math.round(process.uptime()) };
  }

  @Get('startup')
  startup(@Res() reply: Reply): void {
    const started = this.health.phase !== 'starting';
    reply
      .status(started ? 200 : 503)
      .send({ status: started ? 'started' : 'starting', progress: this.health.progress });
  }

  @Get('ready')
  ready(@Res() reply: Reply): void {
    const ready = this.health.isReady();
    reply.status(ready ? 200 : 503).send({
      status: ready ? 'ready' : 'not ready',
      phase: this.health.phase,
      missing: this.health.missing(),
      impaired: this.health.impaired(),
      ...(this.health.phase === 'starting' ? { progress: this.health.progress } : {}),
    });
  }
}
