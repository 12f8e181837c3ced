'use client';

import { useEffect, useRef } from 'react';
import { Input } from './input';

/**
 * A search field whose text stands in the address. The address follows what is typed with a delay, so while somebody
 * types the field keeps its own text; a link or a button that changes the address changes the field.
 */
export function AddressField(props: {
  label: string;
  placeholder: string;
  /** As the address has it. */
  value: string;
  className?: string;
  onChange: (text: string) => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  const { value } = props;
  useEffect(() => {
    if (field.current !== null && document.activeElement !== field.current) field.current.value = value;
  }, [value]);
  return (
    <Input
      type="search"
      aria-label={props.label}
      placeholder={props.placeholder}
      className={props.className}
      ref={field}
      defaultValue={value}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}
