/**
 * Every failure leaves as `{error: {code, message, requestId}}`, with `Retry-After` where a retry can help.
 * Stack traces go to the log, never to the caller.
 */
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, errorMessage, type ErrorCode } from '#kernel';
import type { Logger } from '#observability';

/** What a caller should wait before trying again, s. */
export const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  REK_OVERLOADED: 1,
  REK_NOT_READY: 2,
  REK_LOG_FULL: 5,
  REK_LOG_UNREADABLE: 5,
};
const RETRY_AFTER_DEFAULT_SECONDS = 1;

@Catch()
export class AppErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = appErrorOf(thrown);
    if (error.code === 'REK_INTERNAL')
      this.logger.error({ requestId: request.id, err: thrown }, 'request failed unexpectedly');
    if (error.retryable)
      void reply.header(
        'retry-after',
        String(
          error.details?.['retryAfterSeconds'] ??
            RETRY_AFTER_SECONDS[error.code] ??
            RETRY_AFTER_DEFAULT_SECONDS,
        ),
      );
    void reply
      .status(error.status)
      .send({ error: { code: error.code, message: error.message, requestId: request.id } });
  }
}

/** Ours as they are; those of Fastify and Nest by their status; anything else is REK_INTERNAL, without its text. */
export function appErrorOf(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const status = statusOf(thrown);
  switch (status) {
    case 400:
      return new AppError('REK_INVALID_JSON', `the body is not valid JSON: ${errorMessage(thrown)}`);
    case 404:
      return new AppError('REK_NO_SUCH_ROUTE');
    case 413:
      return new AppError('REK_BODY_TOO_LARGE');
    case 415:
      return new AppError('REK_UNSUPPORTED_MEDIA_TYPE');
    default:
      return status >= 400 && status < 500
        ? new AppError('REK_INVALID_REQUEST', errorMessage(thrown))
        : new AppError('REK_INTERNAL');
  }
}

function statusOf(thrown: unknown): number {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const { statusCode } = (thrown ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 500;
}
