// The half of the PDF reader that works beside the page.
import 'pdfjs-dist/legacy/build/pdf.worker.mjs';
