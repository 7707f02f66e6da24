/** Promises of the schema: every migration runs on a real Postgres, once, whoever else starts at the same time. */
import { startServers, type TestServers } from '#testkit';
import { MIGRATIONS } from '../../migrations/index.js';
import { newDataSource } from './data-source.js';
import { migrate } from './migrate.js';

describe('migrations', () => {
  let servers: TestServers;
  beforeAll(async () => void (servers = await startServers({ postgres: true })), 60_000);
  afterAll(() => servers.stop());

  it('run forward one after the other, each in a transaction of its own, and then have nothing to do', async () => {
    const url = await servers.newDatabase();
    const names: string[] = [];
    for (let n = 1; n <= MIGRATIONS.length; n++) {
      const source = await newDataSource(url)
        .setOptions({ migrations: MIGRATIONS.slice(0, n) })
        .initialize();
      names.push(...(await source.runMigrations()).map((migration) => migration.name));
      await source.destroy();
    }
    expect(names).toHaveLength(MIGRATIONS.length);
    expect(await migrate(url)).toEqual([]);
  });

  it('run once when several processes start together', async () => {
    const url = await servers.newDatabase();
    const ran = await Promise.all([migrate(url), migrate(url), migrate(url), migrate(url)]);
    expect(ran.flat()).toHaveLength(MIGRATIONS.length);
  });

  it('make exactly the tables that the entities describe', async () => {
    const url = await servers.newDatabase();
    await migrate(url);
    const source = await newDataSource(url).initialize();
    const differences = await source.driver.createSchemaBuilder().log();
    await source.destroy();
    expect(differences.upQueries.map((query) => query.query)).toEqual([]);
  });
});
