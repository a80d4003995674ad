import { SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';

/** 404 says that the session is gone; the others come from what stands before a server that is being restarted. */
const lostStatus: ReadonlySet<number> = new Set([404, 502, 503, 504]);
const lostCodes: ReadonlySet<SdkErrorCode> = new Set([
  SdkErrorCode.ConnectionClosed,
  SdkErrorCode.SendFailed,
  SdkErrorCode.NotConnected,
]);

/** Whether a request failed because the server could not be reached any more: what it did before nobody knows. */
export function isLost(error: unknown): boolean {
  if (error instanceof SdkHttpError) return lostStatus.has(error.data.status);
  if (error instanceof SdkError) return lostCodes.has(error.code);
  // this is how fetch tells of a connection that is refused or broken
  return error instanceof TypeError;
}
