'use client';

import { LinkIcon } from 'lucide-react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';

/** Everything on this page stands in its address. */
export function CopyLink() {
  return (
    <Button
      onClick={() => {
        navigator.clipboard.writeText(window.location.href).then(
          () => toast('The link is copied: it opens this comparison as it stands.'),
          () => toast.error('The browser did not let the link be copied. It stands in the address bar.'),
        );
      }}
    >
      <LinkIcon />
      Copy link
    </Button>
  );
}
