/** The browser page, as far as the client uses it; absent in Node. */
export interface PageHost {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
  readonly document?: {
    readonly visibilityState: string;
    addEventListener(type: string, listener: () => void): void;
    removeEventListener(type: string, listener: () => void): void;
  };
  readonly navigator?: { sendBeacon?(url: string, body: Blob): boolean };
}

/** The page this code runs in, if it does. */
export function pageHost(): PageHost | undefined {
  const host = globalThis as unknown as Partial<PageHost>;
  return host.document && host.addEventListener ? (host as PageHost) : undefined;
}

/**
 * Calls `leave` when the page is hidden or closed: the last moment that a page is sure to get
 * (`unload` is not). Returns how to stop.
 */
export function whenPageLeaves(page: PageHost, leave: () => void): () => void {
  const whenHidden = () => {
    if (page.document?.visibilityState === 'hidden') leave();
  };
  page.addEventListener('pagehide', leave);
  page.document?.addEventListener('visibilitychange', whenHidden);
  return () => {
    page.removeEventListener('pagehide', leave);
    page.document?.removeEventListener('visibilitychange', whenHidden);
  };
}
