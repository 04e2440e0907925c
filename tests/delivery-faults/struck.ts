/** What the run remembers about a fault. */

export type Struck = { readonly fault: string; readonly struck: boolean };

/** Time from a fault to its notice on a screen. Only for faults that last until a screen shows the notice. */
export type NoticeTime = { readonly fault: string; readonly ms: number };
