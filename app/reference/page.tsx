import type { Metadata } from 'next';
import { KeyReference } from '@/components/recipes/reference/key-reference';

export const metadata: Metadata = { title: 'Reference of keys' };

export default function ReferencePage() {
  return <KeyReference />;
}
