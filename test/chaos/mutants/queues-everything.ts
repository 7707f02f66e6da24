/** The gateway begins to work on every request, and queues whatever the log has not taken. */
import { FramePublisher } from '#log';
import { inside } from './inside.js';
import './takes-everything.js';

inside<{ refusalOf(bytes: number): undefined }>(FramePublisher).refusalOf = () => undefined;
