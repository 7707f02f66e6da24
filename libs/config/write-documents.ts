/** `node dist/libs/config/write-documents.js`: writes `.env.example` and docs/configuration.md into the working folder. */
import { writeFileSync } from 'node:fs';
import { configurationPage, environmentExample } from './settings-documents.js';

writeFileSync('.env.example', environmentExample());
writeFileSync('docs/configuration.md', configurationPage());
