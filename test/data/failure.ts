/** The error that `action` ends in, whether thrown or rejected; fails when it ends well. */
export async function failure(action: () => unknown): Promise<Error> {
  try {
    await action();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('it should have failed');
}
