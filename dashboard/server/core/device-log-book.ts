/** The shape of the log of the devices in the live state (device-log.ts). */

export type LoggedEvent = {
  /** By the gateway's clock, ms since 1970. */
  readonly atMs: number;
  readonly kind: string;
  readonly reason: string | undefined;
  readonly certificateEndsMs: number | undefined;
  readonly firmware: string | undefined;
  readonly clockErrorMs: number | undefined;
  /** Number of earlier events that the gateway did not write. */
  readonly leftOut: number;
};

export type RefusalCount = {
  readonly fromMs: number;
  readonly lastMs: number;
  /** The refused messages by the code of the reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly messages: number;
  readonly apart: number;
};

export type LoggedDevice = {
  /** The oldest first. */
  events: readonly LoggedEvent[];
  /** By the gateway's start and the number of the count, in the order in which the counts were first written. */
  readonly counts: Map<string, RefusalCount>;
};

export type DeviceLogBook = {
  readonly devices: Map<string, LoggedDevice>;
  /** The number of events and counts. */
  size: number;
  /** Whether the server has read everything that was in the log at its start. */
  isRead: boolean;
};

export const newDeviceLogBook = (): DeviceLogBook => ({ devices: new Map(), size: 0, isRead: false });
