/** `GET /v1/status`: what the dashboard shows, for programs too. */
import { Controller, Get, Inject } from '@nestjs/common';
import { Documented } from '../api/documented.js';
import { STATUS_ENDPOINT } from '../api/endpoints.js';
import type { StatusAnswer } from '../api/status-answer.js';
import { SystemStatus } from './system-status.js';

@Controller('v1/status')
export class StatusController {
  constructor(@Inject(SystemStatus) private readonly system: SystemStatus) {}

  @Get()
  @Documented(STATUS_ENDPOINT)
  status(): Promise<StatusAnswer> {
    return this.system.now();
  }
}
