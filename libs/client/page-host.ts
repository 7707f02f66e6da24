/** The browser page, as far as the client uses it; absent in Node. */
export interface PageHost {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
  readonly document?: {
    readonly visibilityState: string;
    addEventListener(type: string, listener: () => void): void;
    removeEventListener(type: string, listener: () => void): void;
  };
  readonly location?: { readonly origin: string };
  readonly navigator?: { sendBeacon?(url: string, body: Blob): boolean };
}

/** The page this code runs in, if it does. */
export function pageHost(): PageHost | undefined {
  const host = globalThis as unknown as Partial<PageHost>;
  return host.document && host.addEventListener ? (host as PageHost) : undefined;
}

/**
 * Calls `leave` when the page is hidden or closed: the last moment that a page is sure to get
 * (`unload` is not); and `back` when it is shown again. Returns how to stop.
 */
export function whenPageLeaves(page: PageHost, leave: () => void, back: () => void): () => void {
  const whenSeenOrNot = () => {
    if (page.document?.visibilityState === 'hidden') leave();
    else back();
  };
  page.addEventListener('pagehide', leave);
  page.document?.addEventListener('visibilitychange', whenSeenOrNot);
  return () => {
    page.removeEventListener('pagehide', leave);
    page.document?.removeEventListener('visibilitychange', whenSeenOrNot);
  };
}
