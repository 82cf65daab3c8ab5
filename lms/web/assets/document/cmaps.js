// Which character is meant by which code in PDFs that Chinese programs write without their fonts.
import mGB_EUC_H from 'pdfjs-dist/cmaps/GB-EUC-H.bcmap';
import mGB_EUC_V from 'pdfjs-dist/cmaps/GB-EUC-V.bcmap';
import mGB_H from 'pdfjs-dist/cmaps/GB-H.bcmap';
import mGB_V from 'pdfjs-dist/cmaps/GB-V.bcmap';
import mGBK_EUC_H from 'pdfjs-dist/cmaps/GBK-EUC-H.bcmap';
import mGBK_EUC_V from 'pdfjs-dist/cmaps/GBK-EUC-V.bcmap';
import mGBK2K_H from 'pdfjs-dist/cmaps/GBK2K-H.bcmap';
import mGBK2K_V from 'pdfjs-dist/cmaps/GBK2K-V.bcmap';
import mGBKp_EUC_H from 'pdfjs-dist/cmaps/GBKp-EUC-H.bcmap';
import mGBKp_EUC_V from 'pdfjs-dist/cmaps/GBKp-EUC-V.bcmap';
import mGBT_EUC_H from 'pdfjs-dist/cmaps/GBT-EUC-H.bcmap';
import mGBT_EUC_V from 'pdfjs-dist/cmaps/GBT-EUC-V.bcmap';
import mGBpc_EUC_H from 'pdfjs-dist/cmaps/GBpc-EUC-H.bcmap';
import mGBpc_EUC_V from 'pdfjs-dist/cmaps/GBpc-EUC-V.bcmap';
import mUniGB_UCS2_H from 'pdfjs-dist/cmaps/UniGB-UCS2-H.bcmap';
import mUniGB_UCS2_V from 'pdfjs-dist/cmaps/UniGB-UCS2-V.bcmap';
import mUniGB_UTF16_H from 'pdfjs-dist/cmaps/UniGB-UTF16-H.bcmap';
import mUniGB_UTF16_V from 'pdfjs-dist/cmaps/UniGB-UTF16-V.bcmap';
import mUniGB_UTF8_H from 'pdfjs-dist/cmaps/UniGB-UTF8-H.bcmap';
import mUniGB_UTF8_V from 'pdfjs-dist/cmaps/UniGB-UTF8-V.bcmap';
import mUniGB_UTF32_H from 'pdfjs-dist/cmaps/UniGB-UTF32-H.bcmap';
import mUniGB_UTF32_V from 'pdfjs-dist/cmaps/UniGB-UTF32-V.bcmap';
import mAdobe_GB1_UCS2 from 'pdfjs-dist/cmaps/Adobe-GB1-UCS2.bcmap';
import mB5pc_H from 'pdfjs-dist/cmaps/B5pc-H.bcmap';
import mB5pc_V from 'pdfjs-dist/cmaps/B5pc-V.bcmap';
import mETen_B5_H from 'pdfjs-dist/cmaps/ETen-B5-H.bcmap';
import mETen_B5_V from 'pdfjs-dist/cmaps/ETen-B5-V.bcmap';
import mHKscs_B5_H from 'pdfjs-dist/cmaps/HKscs-B5-H.bcmap';
import mHKscs_B5_V from 'pdfjs-dist/cmaps/HKscs-B5-V.bcmap';
import mUniCNS_UCS2_H from 'pdfjs-dist/cmaps/UniCNS-UCS2-H.bcmap';
import mUniCNS_UCS2_V from 'pdfjs-dist/cmaps/UniCNS-UCS2-V.bcmap';
import mUniCNS_UTF16_H from 'pdfjs-dist/cmaps/UniCNS-UTF16-H.bcmap';
import mUniCNS_UTF16_V from 'pdfjs-dist/cmaps/UniCNS-UTF16-V.bcmap';
import mAdobe_CNS1_UCS2 from 'pdfjs-dist/cmaps/Adobe-CNS1-UCS2.bcmap';

const FILES = {
  'GB-EUC-H': mGB_EUC_H,
  'GB-EUC-V': mGB_EUC_V,
  'GB-H': mGB_H,
  'GB-V': mGB_V,
  'GBK-EUC-H': mGBK_EUC_H,
  'GBK-EUC-V': mGBK_EUC_V,
  'GBK2K-H': mGBK2K_H,
  'GBK2K-V': mGBK2K_V,
  'GBKp-EUC-H': mGBKp_EUC_H,
  'GBKp-EUC-V': mGBKp_EUC_V,
  'GBT-EUC-H': mGBT_EUC_H,
  'GBT-EUC-V': mGBT_EUC_V,
  'GBpc-EUC-H': mGBpc_EUC_H,
  'GBpc-EUC-V': mGBpc_EUC_V,
  'UniGB-UCS2-H': mUniGB_UCS2_H,
  'UniGB-UCS2-V': mUniGB_UCS2_V,
  'UniGB-UTF16-H': mUniGB_UTF16_H,
  'UniGB-UTF16-V': mUniGB_UTF16_V,
  'UniGB-UTF8-H': mUniGB_UTF8_H,
  'UniGB-UTF8-V': mUniGB_UTF8_V,
  'UniGB-UTF32-H': mUniGB_UTF32_H,
  'UniGB-UTF32-V': mUniGB_UTF32_V,
  'Adobe-GB1-UCS2': mAdobe_GB1_UCS2,
  'B5pc-H': mB5pc_H,
  'B5pc-V': mB5pc_V,
  'ETen-B5-H': mETen_B5_H,
  'ETen-B5-V': mETen_B5_V,
  'HKscs-B5-H': mHKscs_B5_H,
  'HKscs-B5-V': mHKscs_B5_V,
  'UniCNS-UCS2-H': mUniCNS_UCS2_H,
  'UniCNS-UCS2-V': mUniCNS_UCS2_V,
  'UniCNS-UTF16-H': mUniCNS_UTF16_H,
  'UniCNS-UTF16-V': mUniCNS_UTF16_V,
  'Adobe-CNS1-UCS2': mAdobe_CNS1_UCS2,
};

// The interface that pdf.js asks; `baseUrl` is where the built files lie.
export class CMaps {
  constructor({ baseUrl }) { this.base = baseUrl; }

  async fetch({ name }) {
    if (!FILES[name]) throw new Error(`no map of characters ${name}`);
    const response = await fetch(new URL(FILES[name], this.base));
    if (!response.ok) throw new Error(`no map of characters ${name}`);
    return { cMapData: new Uint8Array(await response.arrayBuffer()), isCompressed: true };
  }
}
