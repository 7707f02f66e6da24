/**
 * Environment for processes that rank or learn: they read tables of hundreds of megabytes in no order at all, and in pages of 2 MB the
 * processor finds its way in them with far fewer look-ups (measured: up to a fifth less time a list). glibc 2.35 or newer asks the kernel for
 * such pages, which has to allow it (/sys/kernel/mm/transparent_hugepage/enabled: madvise or always); others ignore the variable.
 */
export function withHugePages(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1', ...environment };
}
