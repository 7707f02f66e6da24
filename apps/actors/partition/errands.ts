/** What others want to do with a partition's state while it stands still; run by the partition's loop between two steps. */
export class Errands<S> {
  private readonly waiting: (() => Promise<void>)[] = [];

  /** @param state the state, when the errand's turn has come. @throws when there is none to be shown */
  constructor(private readonly state: () => S) {}

  get pending(): boolean {
    return this.waiting.length > 0;
  }

  /** Resolves with what the errand returns, once it was its turn. */
  add<T>(errand: (state: S) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.push(async () => {
        try {
          resolve(await errand(this.state()));
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  }

  async run(): Promise<void> {
    for (let errand = this.waiting.shift(); errand; errand = this.waiting.shift()) await errand();
  }
}
