'use client';

// Stands in for the whole document, also when the layout or its styles failed: it styles itself.
export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <body style={{ fontFamily: 'system-ui, sans-serif', padding: '3rem', maxWidth: '40rem' }}>
        <h1 style={{ fontSize: '1.2rem' }}>Galley could not be shown</h1>
        <p>The terminal that runs Galley has the reason. Runs are not affected; they go on by themselves.</p>
        <button type="button" onClick={retry}>
          Try again
        </button>
      </body>
    </html>
  );
}
