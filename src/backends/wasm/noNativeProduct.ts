/**
 * What a page gets in place of `nativeProduct.ts`, by "browser" in package.json: there is no BLAS for it to call.
 */
import type { NativeProduct as Native } from './nativeProduct.ts';

export const isNative = (): boolean => false;
export const hasLargeProduct = (): boolean => false;

export class NativeProduct implements Pick<Native, 'write'> {
  write(): void {
    throw new TypeError('A page has no BLAS.');
  }
}
