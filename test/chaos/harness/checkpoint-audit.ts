/**
 * Postgres' own notes on who writes checkpoints: a trigger keeps partition, epoch and application name of every write.
 * Whoever writes first under an epoch owns it; from the moment a partition has a newer epoch, an older owner's
 * write is a zombie's.
 */
import pg from 'pg';

export interface CheckpointAudit {
  /** Checkpoints written by somebody who no longer owned the partition. */
  foreignWrites(): Promise<number>;
  close(): Promise<void>;
}

/** Before the hosts whose names matter are started; they name themselves by `application_name` in their URL. */
export async function auditCheckpoints(databaseUrl: string): Promise<CheckpointAudit> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`
    CREATE TABLE chaos_audit (serial bigserial, partition int, epoch bigint, writer text, saved boolean);
    CREATE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO chaos_audit (partition, epoch, writer, saved) VALUES
        (NEW.partition, NEW.epoch, current_setting('application_name'), TG_OP = 'UPDATE' AND NEW.epoch = OLD.epoch);
      RETURN NEW; END $$;
    CREATE TRIGGER chaos_note BEFORE INSERT OR UPDATE ON rekappa_partition FOR EACH ROW EXECUTE FUNCTION chaos_note();`);
  return {
    foreignWrites: async () => {
      const { rows } = await client.query<{ count: string }>(`
        WITH owners AS (SELECT DISTINCT ON (partition, epoch) partition, epoch, writer FROM chaos_audit
                        ORDER BY partition, epoch, serial)
        SELECT count(*) FROM chaos_audit a JOIN owners o USING (partition, epoch)
        WHERE a.saved AND a.writer <> o.writer`);
      return Number(rows[0]!.count);
    },
    close: () => client.end(),
  };
}
