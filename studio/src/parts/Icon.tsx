import { useEffect, useRef } from 'preact/hooks';

/** An icon of the lucide set, from its file's text; decoration only, its button has the name. */
export function Icon({ of }: { readonly of: string }) {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const icon = new DOMParser().parseFromString(of, 'image/svg+xml').documentElement;
    place.current?.replaceChildren(icon);
  }, [of]);
  return <span ref={place} class="icon" aria-hidden="true" />;
}
