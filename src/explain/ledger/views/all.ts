import type { Section, ViewContext } from '../section.ts';
import { denseView } from './dense.ts';
import { tracedView } from './traced.ts';

/** A layer's section: a fully connected layer in the lecture's terms, any other from its graph. */
export function viewOf(context: ViewContext): Section {
  return denseView(context) ?? tracedView(context);
}
