/** What the lease keeper needs of a lease store; `LeaseStore` of libs/log is one. */
export interface Lease {
  readonly partition: number;
  readonly hostId: string;
  /** Grows with every change of owner. */
  readonly epoch: number;
}

export interface Leases {
  /** The epoch of a new lease, or undefined when somebody holds the partition. */
  acquire(partition: number, hostId: string): Promise<number | undefined>;
  /** False when the lease is gone. The time to live starts anew. */
  renew(lease: Lease): Promise<boolean>;
  release(lease: Lease): Promise<void>;
  held(): Promise<ReadonlyMap<number, { hostId: string; epoch: number }>>;
  /** Says that this host lives; forgotten after the time to live. */
  announce(hostId: string): Promise<void>;
  /** Hosts that announced themselves lately. */
  hosts(): Promise<Iterable<string>>;
}
