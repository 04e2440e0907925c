/** What the run remembers about a fault. */

export type Struck = { readonly fault: string; readonly struck: boolean };

/** Time from a fault to the notice on a screen about it, for faults that last until a screen has noticed them. */
export type NoticeTime = { readonly fault: string; readonly ms: number };
