/** `.env.example` and docs/configuration.md, made from the schema. A test holds the committed files to it. */
import { OTHER_VARIABLES, VARIABLES, type Variable } from './variables.js';

const WIDTH = 100;
const FILE_NOTE = 'Made from libs/config/settings.ts by `node dist/libs/config/write-documents.js`.';
const USE_NOTE =
  'Copy to .env in the folder that `npm start` or `rekappa` runs in, or set them in the environment, which wins.';

export function environmentExample(): string {
  const sections = groups().map(([group, variables]) => {
    const entries = variables.map(
      ({ name, defaultText, allowed, description }) =>
        `${wrapped(`${description} ${capital(allowed)}.`)}\n#${name}=${defaultText}`,
    );
    return `# --- ${group} ---\n\n${entries.join('\n\n')}`;
  });
  return `${wrapped(`Every setting with its default. ${FILE_NOTE} ${USE_NOTE}`)}\n\n${sections.join('\n\n')}\n`;
}

export function configurationPage(): string {
  const sections = groups().map(([group, variables]) => {
    const rows = variables.map(
      ({ name, defaultText, allowed, description }) =>
        `| \`${name}\` | ${defaultText === '' ? '(empty)' : `\`${defaultText}\``} | ${cell(capital(allowed))} | ${cell(description)} |`,
    );
    return `## ${group}\n\n| variable | default | allowed | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
  });
  const others = Object.entries(OTHER_VARIABLES).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
  return `# Configuration

${FILE_NOTE}

Every app reads the same environment variables, checks all of them at start and names every mistake at once;
a misspelt \`REKAPPA_*\` variable is a mistake, reported with the nearest known name. An empty variable counts as unset.
\`npm start\` and \`rekappa\` also read a file \`.env\` in the folder they run in ([.env.example](../.env.example) has all of it); what the environment sets wins.
Settings do not change while a process runs; \`docker/\` takes them from \`docker/.env\`. Units stand last in the names. Those of \`interest\`, and \`log.futureSkewSeconds\`, are part of the log: a host that
starts with others writes them there, and from then on all hosts, and every rebuild, fold users by them ([ADR 0011](adr/0011-fold-settings-stand-in-the-log.md)).

${sections.join('\n\n')}

## Beside the settings

| variable | meaning |
| --- | --- |
${others.join('\n')}
`;
}

function groups(): [string, Variable[]][] {
  const found = new Map<string, Variable[]>();
  for (const variable of VARIABLES) {
    const group = variable.path.length > 1 ? variable.path[0]! : 'general';
    found.set(group, [...(found.get(group) ?? []), variable]);
  }
  return [...found];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** As comment lines of at most WIDTH characters. */
function wrapped(text: string): string {
  const lines = ['#'];
  for (const word of text.split(/\s+/)) {
    if (lines.at(-1)!.length + 1 + word.length > WIDTH) lines.push('#');
    lines[lines.length - 1] += ` ${word}`;
  }
  return lines.join('\n');
}
