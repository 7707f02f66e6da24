/** Streams and leases are kept on one node only. */
process.env['REKAPPA_LOG_REPLICAS'] = '1';

export {};
