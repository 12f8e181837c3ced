'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';

/** Takes a secret's value and forgets it; what is stored is never shown again. */
export function StoreSecret(props: {
  name: string;
  verb?: string;
  onStore: (name: string, value: string) => Promise<boolean>;
}) {
  const [value, setValue] = useState('');
  const [isStoring, setIsStoring] = useState(false);
  async function store(): Promise<void> {
    setIsStoring(true);
    if (await props.onStore(props.name, value)) setValue('');
    setIsStoring(false);
  }
  return (
    <form
      className="flex gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (value !== '' && !isStoring) void store();
      }}
    >
      <Input
        type="password"
        autoComplete="off"
        aria-label={`Secret value of ${props.name}`}
        placeholder="Value, kept in the secret store"
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
      <Button type="submit" disabled={value === '' || isStoring}>
        {props.verb ?? 'Store it'}
      </Button>
    </form>
  );
}
