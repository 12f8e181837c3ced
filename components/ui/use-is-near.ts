'use client';

import { type RefObject, useEffect, useState } from 'react';

/** Whether an element is, or ever was, within `margin` pixels of the visible page: heavy content can wait until then. */
export function useIsNear(element: RefObject<Element | null>, margin = 600): boolean {
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setIsNear(true);
      },
      { rootMargin: `${margin}px` },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, margin]);
  return isNear;
}
