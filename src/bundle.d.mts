/** The text of `plastax/browser`, made from an entry. */
export const browserModule: (
  entry: string,
) => Promise<readonly { readonly path: string; readonly contents: Uint8Array }[]>
