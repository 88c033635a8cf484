import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** What marks and numbers need of the frame around them. */
export interface Frame {
  /** Opens a quantity in the inspector. */
  inspect(name: string): void;
  /** The quantity in the inspector. */
  readonly selected: string | undefined;
  /** The quantity that an exercise hides. */
  readonly veiled: string | undefined;
}

export const FrameContext = createContext<Frame>({
  inspect: () => {},
  selected: undefined,
  veiled: undefined,
});

export const useFrame = (): Frame => useContext(FrameContext);
