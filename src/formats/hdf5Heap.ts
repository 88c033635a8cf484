import { DataError, type Place } from '../graph/errors.ts';

// A collection of the global heap, where HDF5 keeps texts of any length: a header, then objects one after the
// other. See https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html, section III.E.
const HEADER = 16;
const SIGNATURE = [0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0]; // 'GCOL', version 1, 3 reserved bytes

/**
 * Refuses a file whose global heap would keep the HDF5 library busy for ever: it steps from object to object by
 * their sizes, and a free one (index 0) of size 0 makes it stand still. No call into WebAssembly can be
 * interrupted, so this has to be seen before.
 *
 * @throws DataError when an object of a collection is smaller than its own header or larger than its collection.
 */
export function checkHeaps(bytes: Uint8Array, place: Place): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = bytes.indexOf(0x47); start >= 0; start = bytes.indexOf(0x47, start + 1)) {
    if (!SIGNATURE.every((byte, index) => bytes[start + index] === byte)) continue;
    if (!isSound(view, start)) {
      throw new DataError(
        {
          asked: 'reading an HDF5 file',
          expected: 'texts with their true sizes',
          received: `a size that cannot be, after byte ${start}`,
          fix: 'The file is damaged: copy or download it again.',
        },
        place,
      );
    }
  }
}

function isSound(view: DataView, start: number): boolean {
  if (start + HEADER > view.byteLength) return false;
  const end = start + Number(view.getBigUint64(start + 8, true));
  if (end > view.byteLength) return false;
  let offset = start + HEADER;
  while (offset + HEADER <= end) {
    const free = view.getUint16(offset, true) === 0;
    const size = Number(view.getBigUint64(offset + 8, true));
    // The size of a free object includes its header; others are padded to 8 bytes.
    const step = free ? size : HEADER + Math.ceil(size / 8) * 8;
    if (step < HEADER || offset + step > end) return false;
    offset += step;
  }
  return true;
}
